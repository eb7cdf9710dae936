/* assert.h - a condition that must hold; says which one did not, and aborts. */
#ifndef POSTERN_ASSERT_H
#define POSTERN_ASSERT_H

#include <stdio.h>
#include <stdlib.h>

#define assert(condition)                                                                         \
    ((condition) ? (void)0                                                                        \
                 : (fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition), \
                    abort()))

#endif
