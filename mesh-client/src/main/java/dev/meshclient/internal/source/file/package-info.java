/** Policy from a file that another process writes. */
@NullMarked
package dev.meshclient.internal.source.file;

import org.jspecify.annotations.NullMarked;
