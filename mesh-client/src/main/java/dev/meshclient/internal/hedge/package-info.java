/** Sends a request to a second endpoint when the first one is slow. */
@NullMarked
package dev.meshclient.internal.hedge;

import org.jspecify.annotations.NullMarked;
