/** The base of all concepts: layers, a call with its attempts, and the wire that sends them. */
@NullMarked
package dev.meshclient.internal.call;

import org.jspecify.annotations.NullMarked;
