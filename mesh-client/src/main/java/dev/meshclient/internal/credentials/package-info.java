/** Sends tokens along, where policy says so. */
@NullMarked
package dev.meshclient.internal.credentials;

import org.jspecify.annotations.NullMarked;
