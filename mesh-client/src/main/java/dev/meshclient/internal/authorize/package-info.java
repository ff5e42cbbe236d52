/** Refuses calls that the called service would refuse. */
@NullMarked
package dev.meshclient.internal.authorize;

import org.jspecify.annotations.NullMarked;
