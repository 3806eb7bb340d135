import type { Locale } from '../../config/locale.js';
import type { Catalogue } from './catalogue.js';
import { en } from './en.js';
import { es } from './es.js';

export const CATALOGUES: Readonly<Record<Locale, Catalogue>> = { en, es };
