/** What the sources of this library share: reading a document, watching, what they tell the mesh beside documents. */
@NullMarked
package dev.meshclient.internal.source;

import org.jspecify.annotations.NullMarked;
