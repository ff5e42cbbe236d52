/** An attempt on the wire: its inner call, what was sent and answered, and its result. */
@NullMarked
package dev.meshclient.internal.okhttp.attempt;

import org.jspecify.annotations.NullMarked;
