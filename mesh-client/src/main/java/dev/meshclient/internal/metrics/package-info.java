/** Counts and times calls and attempts, in a Micrometer registry. */
@NullMarked
package dev.meshclient.internal.metrics;

import org.jspecify.annotations.NullMarked;
