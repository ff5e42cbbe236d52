/** Checks policy documents from the shell. */
@NullMarked
package dev.meshclient.examples.lint;

import org.jspecify.annotations.NullMarked;
