/** Whether a peer has the expected identity, and what the identity in use does over time. */
@NullMarked
package dev.meshclient.internal.identity;

import org.jspecify.annotations.NullMarked;
