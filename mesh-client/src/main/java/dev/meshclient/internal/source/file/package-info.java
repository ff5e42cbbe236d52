/** Policy from a file that others write. */
@NullMarked
package dev.meshclient.internal.source.file;

import org.jspecify.annotations.NullMarked;
