/**
 * The entry of the library: a {@link dev.meshclient.Mesh} wraps an OkHttpClient and gives its calls the features of a sidecar
 * mesh.
 */
@NullMarked
package dev.meshclient;

import org.jspecify.annotations.NullMarked;
