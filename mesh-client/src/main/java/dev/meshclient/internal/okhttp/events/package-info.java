/** The caller's call: its cancellation, and the events that its listener gets, in OkHttp's order. */
@NullMarked
package dev.meshclient.internal.okhttp.events;

import org.jspecify.annotations.NullMarked;
