/** Spells values and words of documents, and words that telemetry shows. */
@NullMarked
package dev.meshclient.internal.text;

import org.jspecify.annotations.NullMarked;
