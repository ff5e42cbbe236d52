/** Collects and prints what the layers would do with a call. */
@NullMarked
package dev.meshclient.internal.explain;

import org.jspecify.annotations.NullMarked;
