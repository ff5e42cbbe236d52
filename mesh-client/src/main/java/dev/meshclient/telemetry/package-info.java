/** What happens to a call, as ordered events. */
@NullMarked
package dev.meshclient.telemetry;

import org.jspecify.annotations.NullMarked;
