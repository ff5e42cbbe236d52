/** Policy from an HTTP server: fetch, long poll, several servers, requests on demand. */
@NullMarked
package dev.meshclient.internal.source.http;

import org.jspecify.annotations.NullMarked;
