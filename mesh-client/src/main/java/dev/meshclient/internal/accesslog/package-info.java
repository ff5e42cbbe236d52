/** Writes one line for each call, asynchronously. */
@NullMarked
package dev.meshclient.internal.accesslog;

import org.jspecify.annotations.NullMarked;
