/** Whether a peer is who was meant, and what the identity in use does over time. */
@NullMarked
package dev.meshclient.internal.identity;

import org.jspecify.annotations.NullMarked;
