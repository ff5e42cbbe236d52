/** Policy from an HTTP server: fetch, long poll, several servers, host by host. */
@NullMarked
package dev.meshclient.internal.source.http;

import org.jspecify.annotations.NullMarked;
