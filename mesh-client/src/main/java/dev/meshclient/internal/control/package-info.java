/** What becomes of a document: put in force or refused, told to the log and the status, kept for a restart. */
@NullMarked
package dev.meshclient.internal.control;

import org.jspecify.annotations.NullMarked;
