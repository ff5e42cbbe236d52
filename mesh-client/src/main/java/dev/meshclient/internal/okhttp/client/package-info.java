/** The clients and connections that the engine derives for endpoints, and the settings of the callers' clients. */
@NullMarked
package dev.meshclient.internal.okhttp.client;

import org.jspecify.annotations.NullMarked;
