/** Notices when files that others write have changed. */
@NullMarked
package dev.meshclient.internal.files;

import org.jspecify.annotations.NullMarked;
