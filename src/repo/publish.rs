//! From `staged` to `repository`, in one step that cannot be half done.
