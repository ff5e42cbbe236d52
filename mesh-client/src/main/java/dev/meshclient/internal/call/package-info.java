/** The bottom that all concepts know: layers, a call with its attempts, the wire that carries them. */
@NullMarked
package dev.meshclient.internal.call;

import org.jspecify.annotations.NullMarked;
