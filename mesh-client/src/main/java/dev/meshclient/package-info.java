/** The entry of the library: a {@link dev.meshclient.Mesh} wraps an OkHttpClient and gives its calls what a sidecar mesh would. */
@NullMarked
package dev.meshclient;

import org.jspecify.annotations.NullMarked;
