/** Limits the time of a call and of an attempt. */
@NullMarked
package dev.meshclient.internal.deadline;

import org.jspecify.annotations.NullMarked;
