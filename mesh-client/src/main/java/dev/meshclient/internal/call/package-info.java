/** The bottom that all concepts know: a layer, the context of a call, the outcome of an attempt. */
@NullMarked
package dev.meshclient.internal.call;

import org.jspecify.annotations.NullMarked;
