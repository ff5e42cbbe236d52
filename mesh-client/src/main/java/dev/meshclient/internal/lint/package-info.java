/** The command that checks policy documents, for anybody's CI. */
@NullMarked
package dev.meshclient.internal.lint;

import org.jspecify.annotations.NullMarked;
