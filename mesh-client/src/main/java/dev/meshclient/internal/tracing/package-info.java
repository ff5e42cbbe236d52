/** Makes OpenTelemetry spans of the attempts of calls. */
@NullMarked
package dev.meshclient.internal.tracing;

import org.jspecify.annotations.NullMarked;
