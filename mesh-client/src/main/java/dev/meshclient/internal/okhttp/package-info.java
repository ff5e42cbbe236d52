/** The engine: runs attempts as inner OkHttp calls and keeps everything else as OkHttp has it. */
@NullMarked
package dev.meshclient.internal.okhttp;

import org.jspecify.annotations.NullMarked;
