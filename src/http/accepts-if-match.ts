import { applyDecorators } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { ApiProblems } from './api-problems.js';

/** Documents a route that supports `If-Match`: its service calls `assertCurrent`. */
export function AcceptsIfMatch(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'If-Match',
      required: false,
      description:
        'The `ETag` of the version that this changes. If there is a newer version, the answer is 412 and nothing ' +
        'changes. Without it, the change applies to whatever version there is.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    }),
    ApiProblems('VERSION_MISMATCH'),
  );
}
