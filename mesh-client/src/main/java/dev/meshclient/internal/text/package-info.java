/** Spells values and words of documents. */
@NullMarked
package dev.meshclient.internal.text;

import org.jspecify.annotations.NullMarked;
