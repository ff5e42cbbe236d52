/** Limits the calls in flight to a backend. */
@NullMarked
package dev.meshclient.internal.limit;

import org.jspecify.annotations.NullMarked;
