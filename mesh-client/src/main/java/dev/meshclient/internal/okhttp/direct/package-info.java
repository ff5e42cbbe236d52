/**
 * Two ways to send the engine's calls and to keep its connections: OkHttp's public API, and a shorter one over internals of the OkHttp
 * versions that were tested.
 */
@NullMarked
package dev.meshclient.internal.okhttp.direct;

import org.jspecify.annotations.NullMarked;
