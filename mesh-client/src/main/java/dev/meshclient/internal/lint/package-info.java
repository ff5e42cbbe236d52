/** The command that checks policy documents, for every CI. */
@NullMarked
package dev.meshclient.internal.lint;

import org.jspecify.annotations.NullMarked;
