/** What documents are accepted, and how the others are refused. */
@NullMarked
package dev.meshclient.policy.json;

import org.jspecify.annotations.NullMarked;
