/** Tells listeners what happens to a call. */
@NullMarked
package dev.meshclient.internal.events;

import org.jspecify.annotations.NullMarked;
