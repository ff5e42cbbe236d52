/** Refuses calls that the service they go to would refuse. */
@NullMarked
package dev.meshclient.internal.authorize;

import org.jspecify.annotations.NullMarked;
