/** Checks the endpoints of called backends by requests of the mesh itself. */
@NullMarked
package dev.meshclient.internal.healthcheck;

import org.jspecify.annotations.NullMarked;
