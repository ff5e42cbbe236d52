/** Whether a failed attempt is repeated, when, and within which budget. */
@NullMarked
package dev.meshclient.internal.retry;

import org.jspecify.annotations.NullMarked;
