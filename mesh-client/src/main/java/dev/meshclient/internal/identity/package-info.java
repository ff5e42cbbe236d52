/** The identity in use, and whether a peer is who was meant. */
@NullMarked
package dev.meshclient.internal.identity;

import org.jspecify.annotations.NullMarked;
