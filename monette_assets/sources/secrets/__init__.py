"""Where secrets live: the companies' tokens, and credentials; in an encrypted folder or in Azure Key Vault."""
