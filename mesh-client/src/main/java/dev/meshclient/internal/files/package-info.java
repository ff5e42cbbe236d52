/** Detects changes of files that other programs write. */
@NullMarked
package dev.meshclient.internal.files;

import org.jspecify.annotations.NullMarked;
