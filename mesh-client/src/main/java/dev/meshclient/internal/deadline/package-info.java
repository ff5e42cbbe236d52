/** How long a call and an attempt may take. */
@NullMarked
package dev.meshclient.internal.deadline;

import org.jspecify.annotations.NullMarked;
