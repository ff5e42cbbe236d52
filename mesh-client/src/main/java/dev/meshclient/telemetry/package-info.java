/** The events of a call, in order, and the events of the mesh. */
@NullMarked
package dev.meshclient.telemetry;

import org.jspecify.annotations.NullMarked;
