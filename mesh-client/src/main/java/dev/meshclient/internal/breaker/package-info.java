/** Refuses the attempts at a backend for a while when too many of them fail or are slow. */
@NullMarked
package dev.meshclient.internal.breaker;

import org.jspecify.annotations.NullMarked;
