import { Global, Module } from '@nestjs/common';
import { Shutdown } from './shutdown.js';

/** Provides the state of the shutdown everywhere. */
@Global()
@Module({ providers: [Shutdown], exports: [Shutdown] })
export class HttpModule {}
