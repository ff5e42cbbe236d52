/** The engine: runs attempts as inner OkHttp calls and keeps all other behaviour of OkHttp. */
@NullMarked
package dev.meshclient.internal.okhttp;

import org.jspecify.annotations.NullMarked;
