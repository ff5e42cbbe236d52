/** Limits the calls to a backend in each period. */
@NullMarked
package dev.meshclient.internal.ratelimit;

import org.jspecify.annotations.NullMarked;
