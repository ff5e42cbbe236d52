/** Decides whether and when a failed attempt is repeated, within a budget. */
@NullMarked
package dev.meshclient.internal.retry;

import org.jspecify.annotations.NullMarked;
